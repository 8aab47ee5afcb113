"""The Python SDK of RudderStack, pointed at Fulcrum: rudder_python.py HOST WRITE_KEY MODE USER"""

import sys

import rudderstack.analytics as analytics

host, write_key, mode, user = sys.argv[1:5]
analytics.write_key = write_key
analytics.dataPlaneUrl = host
analytics.gzip = mode != "plain"
analytics.on_error = lambda error, items: print("error", error, len(items))

anonymous = f"anon-{user}"
analytics.page(None, None, "Home", {"url": "https://x.test/"}, anonymous_id=anonymous)
analytics.identify(user, {"email": f"{user}@example.test", "name": "Ann"})
if mode == "bad":
    analytics.track(user, "x" * 600)
analytics.track(user, "Order Completed", {"revenue": 12.5})
analytics.group(user, "g1", {"plan": "pro"})
analytics.alias(anonymous, user)
analytics.flush()
analytics.shutdown()
print("done")
