"""What other programs make of our feeds: `read` parses one with feedparser, `hub` is a WebSub hub.

Run by `case_pages.py` in an environment of its own.
"""

import json
import sys


def read(url):
    import feedparser

    found = feedparser.parse(url)
    print(
        json.dumps(
            {
                "version": found.version,
                "bozo": bool(found.bozo),
                "title": found.feed.get("title"),
                "links": {it["rel"]: it["href"] for it in found.feed.get("links", [])},
                "entries": [
                    {
                        "title": it.get("title"),
                        "link": it.get("link"),
                        "id": it.get("id"),
                        "published": list(it.published_parsed)[:6],
                        "content": it.content[0].value if "content" in it else None,
                        "tags": [tag.term for tag in it.get("tags", [])],
                        "enclosures": [[one.href, one.type, one.length] for one in it.get("enclosures", [])],
                        "duration": it.get("itunes_duration"),
                    }
                    for it in found.entries
                ],
            }
        )
    )


def hub(port, folder):
    """Tells its subscribers at once; `/told` says what publishers posted."""
    from celery import Celery
    from flask import Flask, jsonify, request
    from flask_websub.hub import Hub, SQLite3HubStorage

    app = Flask(__name__)
    app.config["PUBLISH_SUPPORTED"] = True
    celery = Celery("hub", broker="memory://")
    celery.conf.task_always_eager = True
    peer = Hub(SQLite3HubStorage(f"{folder}/hub.sqlite3"), celery, **app.config)
    app.register_blueprint(peer.build_blueprint(url_prefix="/hub"))
    told = []

    @app.before_request
    def note():
        if request.method == "POST" and request.form.get("hub.mode") == "publish":
            told.append(request.form.get("hub.topic") or request.form.get("hub.url"))

    @app.get("/told")
    def said():
        return jsonify(told)

    app.run(host="127.0.0.1", port=int(port), threaded=True)


if __name__ == "__main__":
    {"read": read, "hub": hub}[sys.argv[1]](*sys.argv[2:])
