// The subpath export `holdfast/testing`: what an application's own tests need in place of sockets.

export { FakeOutlet, type Received } from './hub/fake-outlet.ts';
