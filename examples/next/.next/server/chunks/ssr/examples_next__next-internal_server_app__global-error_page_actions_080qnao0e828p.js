module.exports=[96560,a=>{"use strict";a.s([])}];

//# sourceMappingURL=examples_next__next-internal_server_app__global-error_page_actions_080qnao0e828p.js.map