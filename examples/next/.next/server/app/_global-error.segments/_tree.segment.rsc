1:[["children",{"s":"__PAGE__","h":176}]]
0:{"b":"6cb4zdmHoj7SeHHhn55ED","t":{"t":{"s":"","h":80,"c":"$Q1"}}}
