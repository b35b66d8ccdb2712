module.exports=[5080,a=>{"use strict";a.s([])}];

//# sourceMappingURL=examples_next__next-internal_server_app__not-found_page_actions_12izyb0dwgsi-.js.map