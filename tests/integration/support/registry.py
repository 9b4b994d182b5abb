# SPDX-License-Identifier: Apache-2.0
"""A schema registry within the test, with the part of Confluent's API that sluice uses, and faults at will. The real
one has tests of its own."""
import http.server
import json
import threading
import time


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments):
        pass

    def answer(self, status, content, content_type="application/vnd.schemaregistry.v1+json", **headers):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        registry = self.server.registry
        registry.requests.append(self.path)
        if registry.fault is not None and registry.fault(self):
            return
        if self.path == "/subjects":
            return self.answer(200, list(registry.subjects))
        number = self.path.removeprefix("/schemas/ids/")
        if number.isdigit() and int(number) in registry.schemas:
            return self.answer(200, registry.described(int(number)))
        subject, _, version = self.path.removeprefix("/subjects/").partition("/versions/")
        if registry.subjects.get(subject) and version in ("1", "latest"):
            return self.answer(200, registry.described(max(registry.subjects[subject])))
        return self.answer(404, {"error_code": 40403, "message": "Schema not found"})

    def do_POST(self):
        registry = self.server.registry
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        subject = self.path.removeprefix("/subjects/").removesuffix("/versions")
        if registry.refusal is not None:
            return self.answer(409, {"error_code": 409, "message": registry.refusal})
        return self.answer(200, {"id": registry.register(subject, body["schema"])})


class Registry:
    def __init__(self):
        self.schemas = {}
        self.subjects = {}
        self.references = {}  # of a schema: to subjects, each in its version 1
        self.requests = []
        self.fault = None  # called with the request's handler; true: it has dealt with it
        self.refusal = None  # why no schema is taken
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.daemon_threads = True
        self.server.registry = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def described(self, number):
        uses = [{"name": one, "subject": one, "version": 1} for one in self.references.get(number, [])]
        return {"schema": self.schemas[number], **({"references": uses} if uses else {})}

    def register(self, subject, text, references=()):
        number = next((n for n, known in self.schemas.items() if known == text), len(self.schemas) + 100)
        self.schemas[number] = text
        self.references[number] = list(references)
        self.subjects.setdefault(subject, set()).add(number)
        return number

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def hang_up(handler):
    """In the middle of an answer."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"schema\": \"")
    handler.close_connection = True
    return True


def stay_silent(handler, seconds=30):
    time.sleep(seconds)
    handler.close_connection = True
    return True
