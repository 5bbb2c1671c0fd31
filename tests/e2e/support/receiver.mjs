// An HTTP server of somebody else, on loopback: it remembers what it got, and answers as it is told.
import { createServer } from "node:http";

export async function start_receiver(answer = () => 200) {
  const got = [];
  const server = createServer((q, a) => {
    const parts = [];
    q.on("data", (p) => parts.push(p));
    q.on("end", () => {
      const one = { method: q.method, path: q.url, headers: q.headers, body: Buffer.concat(parts).toString("utf8"), at: Date.now() };
      got.push(one);
      const said = answer(one, got.length);
      if (said === null) return void q.socket.destroy();
      const { status = 200, headers = {}, body = "" } = typeof said === "number" ? { status: said } : said;
      a.writeHead(status, headers);
      a.end(body);
    });
  });
  await new Promise((r) => server.listen(0, "127.0.0.1", r));
  const { port } = server.address();
  return { got, host: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}`, close: () => new Promise((r) => { server.closeAllConnections(); server.close(r); }) };
}
