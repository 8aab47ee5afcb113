"""PostHog's Python SDK, pointed at Fulcrum: posthog_python.py HOST WRITE_KEY MODE USER"""

import sys

from posthog import Posthog

host, write_key, mode, user = sys.argv[1:5]
client = Posthog(
    write_key, host=host, gzip=mode == "gzip",
    on_error=lambda error, items: print("error", error, len(items)),
)
anonymous = f"anon-{user}"
page = {"title": "Home", "$current_url": "https://x.test/", "$process_person_profile": False}
client.capture("$pageview", distinct_id=anonymous, properties=page)
client.set(distinct_id=user, properties={"email": f"{user}@example.test", "name": "Ann"})
if mode == "bad":
    client.capture("x" * 600, distinct_id=user)
client.capture("Order Completed", distinct_id=user, properties={"revenue": 12.5})
client.group_identify("company", "g1", {"plan": "pro"}, distinct_id=user)
client.alias(previous_id=anonymous, distinct_id=user)
client.flush()
client.shutdown()
print("done")
