"""The files of ``deploy/``: reverse proxies in front of servers, and the image and units that start them."""
