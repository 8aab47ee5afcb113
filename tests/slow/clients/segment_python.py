"""The Python SDK of Segment, pointed at Fulcrum: segment_python.py HOST WRITE_KEY MODE USER"""

import sys

import segment.analytics as analytics

host, write_key, mode, user = sys.argv[1:5]
analytics.write_key = write_key
analytics.host = host
analytics.gzip = mode == "gzip"
analytics.on_error = lambda error, items: print("error", error, len(items))

anonymous = f"anon-{user}"
analytics.page(None, None, "Home", {"url": "https://x.test/"}, anonymous_id=anonymous)
analytics.identify(user, {"email": f"{user}@example.test", "name": "Ann"})
if mode == "bad":
    analytics.track(user, "x" * 600)
analytics.track(user, "Order Completed", {"revenue": 12.5, "currency": "EUR"})
analytics.group(user, "g1", {"plan": "pro"})
analytics.alias(anonymous, user)
analytics.flush()
analytics.shutdown()
print("done")
