"""A judge by a rule behind OpenAI's chat interface: of two answers the shorter one is better, and an answer by itself is rated from 10 down to 1, a point for each 50 characters.

    python3 recipes/smollm2/rule_judge.py 8000
"""
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def reply(prompt):
    # spa's own prompt for two answers, else FastChat's for one.
    two = re.search(r"\[Answer A\](.*)\[Answer B\](.*)Which answer is better\?", prompt, re.S)
    if two:
        first, second = len(two[1].strip()), len(two[2].strip())
        return "[[C]]" if first == second else "A" if first < second else "B"
    one = re.findall(r"Assistant's Answer\](.*?)\[The End|### Assistant A:(.*?)(?=###|<\||$)", prompt, re.S)
    answer = "".join(one[-1]) if one else prompt
    return f"It has {len(answer.strip())} characters. [[{max(1, 10 - len(answer.strip()) // 50)}]]"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = reply(request["messages"][-1]["content"])
        body = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


# Many may ask at once.
ThreadingHTTPServer.request_queue_size = 128
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
