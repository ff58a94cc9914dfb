"""A server for a folder, as a public host of static pages is one."""

import gzip
import re
import threading
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@cache
def compressed(path):
    return gzip.compress(path.read_bytes())


class PagesHandler(SimpleHTTPRequestHandler):
    """Serves a folder as GitHub Pages does: texts compressed, for pages of any host, to be kept for ten minutes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.exists():
            return self.send_error(404)
        kind = self.guess_type(path)
        squeeze = re.match("text/|image/svg|application/(javascript|json|xml)", kind)
        body = compressed(path) if squeeze else path.read_bytes()
        headers = {"Content-Type": kind, "Content-Length": len(body), "Cache-Control": "max-age=600"}
        headers |= {"Access-Control-Allow-Origin": "*"} | ({"Content-Encoding": "gzip"} if squeeze else {})
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(PagesHandler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
