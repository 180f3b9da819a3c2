/** What the repository's `package.json` says of the package too. */
export interface Repository {
  name: string
  version: string
  license: string
  engines: object
  peerDependencies: object
  peerDependenciesMeta: object
}

/** The `package.json` of the SDK. It depends on nothing: the bundles hold all that they need, but for Node's socket. */
export function manifestOf(repository: Repository): object {
  const { name, version, license, engines, peerDependencies, peerDependenciesMeta } = repository
  return {
    name,
    version,
    description: 'The client of Tabletalk, a serverless chat: for browsers and Node, and a chat in the terminal.',
    license,
    type: 'module',
    engines,
    exports: {
      './client': {
        node: { types: './types/client/node.d.ts', default: './node.js' },
        types: './types/client/index.d.ts',
        default: './index.js',
      },
    },
    bin: { tabletalk: 'chat.js' },
    peerDependencies,
    peerDependenciesMeta,
  }
}
