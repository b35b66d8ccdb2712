module.exports=[70313,a=>{"use strict";var b=a.i(32096);a.s(["Feed",0,function(){let[a,c]=(0,b.useState)([]);return(0,b.useEffect)(()=>{let a=new EventSource("/feed/stream?topic=a&from=earliest");return a.onmessage=({data:a})=>c(b=>[...b,a].slice(-100)),()=>a.close()},[]),(0,b.createElement)("pre",null,a.join("\n"))}])}];

//# sourceMappingURL=examples_next_app_feed_1495ynbhfb0id.js.map