module.exports=[46757,s=>{"use strict";s.s([])}];

//# sourceMappingURL=examples_next__next-internal_server_app_progress_route_actions_13oga3u3oetm1.js.map