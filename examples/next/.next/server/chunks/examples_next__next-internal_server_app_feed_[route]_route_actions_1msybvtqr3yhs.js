module.exports=[27387,s=>{"use strict";s.s([])}];

//# sourceMappingURL=examples_next__next-internal_server_app_feed_%5Broute%5D_route_actions_1msybvtqr3yhs.js.map