module.exports=[31993,a=>{"use strict";a.s([])}];

//# sourceMappingURL=examples_next__next-internal_server_app_page_actions_0z_xdzcxxeiye.js.map