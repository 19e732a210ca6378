const http = require("node:http");
const fs = require("node:fs");

http.createServer((_, answer) => answer.end(fs.readFileSync("index.html"))).listen(3000);
