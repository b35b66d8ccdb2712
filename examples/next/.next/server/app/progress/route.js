var R=require("../../chunks/[turbopack]_runtime.js")("server/app/progress/route.js")
R.c("server/chunks/[externals]__0o95afu5qyuc6._.js")
R.c("server/chunks/[root-of-the-server]__1b68cb6ilt4g-._.js")
R.c("server/chunks/examples_next_17s-gg2_i3ezt._.js")
R.c("server/chunks/examples_next__next-internal_server_app_progress_route_actions_13oga3u3oetm1.js")
R.m(45894)
module.exports=R.m(45894).exports
