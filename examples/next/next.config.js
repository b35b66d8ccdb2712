import { fileURLToPath } from 'node:url';

export default {
  // The hub belongs to the process, not to a bundle.
  serverExternalPackages: ['holdfast'],
  // Only because this example has the package from two folders up, and not from the registry.
  turbopack: { root: fileURLToPath(new URL('../..', import.meta.url)) },
};
