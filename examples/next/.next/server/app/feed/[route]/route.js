var R=require("../../../chunks/[turbopack]_runtime.js")("server/app/feed/[route]/route.js")
R.c("server/chunks/[externals]__0o95afu5qyuc6._.js")
R.c("server/chunks/[root-of-the-server]__1nbv5_nvhohly._.js")
R.c("server/chunks/[root-of-the-server]__09zekdgm-3ogu._.js")
R.c("server/chunks/examples_next__next-internal_server_app_feed_[route]_route_actions_1msybvtqr3yhs.js")
R.m(96041)
module.exports=R.m(96041).exports
