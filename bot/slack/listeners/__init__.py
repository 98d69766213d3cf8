"""What people do on Slack, told to the EventHandler: `events` before they are acknowledged, `interactions` within three seconds.

`read` turns Slack's payloads into our values, `people` says who somebody is.
"""
