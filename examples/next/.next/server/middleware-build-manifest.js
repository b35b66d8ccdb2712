globalThis.__BUILD_MANIFEST = {
  "pages": {
    "/_app": []
  },
  "devFiles": [],
  "polyfillFiles": [
    "static/chunks/0cz1d0mv5g_q7.js"
  ],
  "lowPriorityFiles": [
    "static/6cb4zdmHoj7SeHHhn55ED/_buildManifest.js",
    "static/6cb4zdmHoj7SeHHhn55ED/_ssgManifest.js",
    "static/6cb4zdmHoj7SeHHhn55ED/_clientMiddlewareManifest.js"
  ],
  "rootMainFiles": [
    "static/chunks/2kxi4loe-yq_h.js",
    "static/chunks/0p3-psndt4xbv.js",
    "static/chunks/1mstb1jtarjp1.js",
    "static/chunks/turbopack-2u1d16houkiyo.js"
  ],
  "rootMainFilesTree": {},
  "pagesChunkGroupBootstrapParams": {
    "/page": {
      "otherChunks": [
        "static/chunks/2kxi4loe-yq_h.js",
        "static/chunks/0p3-psndt4xbv.js",
        "static/chunks/1mstb1jtarjp1.js"
      ],
      "runtimeModuleIds": [
        80759
      ]
    },
    "/_not-found/page": {
      "otherChunks": [
        "static/chunks/2kxi4loe-yq_h.js",
        "static/chunks/0p3-psndt4xbv.js",
        "static/chunks/1mstb1jtarjp1.js"
      ],
      "runtimeModuleIds": [
        80759
      ]
    },
    "/_global-error/page": {
      "otherChunks": [
        "static/chunks/2kxi4loe-yq_h.js",
        "static/chunks/0p3-psndt4xbv.js",
        "static/chunks/1mstb1jtarjp1.js"
      ],
      "runtimeModuleIds": [
        80759
      ]
    }
  },
  "chunkLoadingGlobal": "TURBOPACK"
};
