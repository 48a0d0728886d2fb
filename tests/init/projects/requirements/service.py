"""Counts words: POST some text to /count."""

import os
from collections import Counter

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def hello():
    return {"service": "word count", "try": "POST text to /count"}


@app.post("/count")
def count():
    return dict(Counter(request.get_data(as_text=True).lower().split()))


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ["PORT"]))
