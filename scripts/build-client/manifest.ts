/** The fields of the repository's `package.json` that the package takes over. */
export interface Repository {
  name: string
  version: string
  license: string
  engines: object
  peerDependencies: object
  peerDependenciesMeta: object
}

const client = {
  node: { types: './types/client/node.d.ts', default: './node.js' },
  types: './types/client/index.d.ts',
  default: './index.js',
}

const look = { types: './types/client/look.d.ts', default: './look.js' }

const react = { types: './types/client/react/index.d.ts', default: './react.js' }

/**
 * Returns the SDK's `package.json`. It has no dependencies, because the bundles contain everything except Node's
 * socket.
 */
export function manifestOf(repository: Repository): object {
  const { name, version, license, engines, peerDependencies, peerDependenciesMeta } = repository
  return {
    name,
    version,
    description: 'The client of Tabletalk, a serverless chat: for browsers and Node, and a chat in the terminal.',
    license,
    type: 'module',
    engines,
    sideEffects: false,
    main: './node.js',
    types: './types/client/index.d.ts',
    exports: { '.': client, './client': client, './look': look, './react': react },
    bin: { tabletalk: 'chat.js' },
    peerDependencies,
    peerDependenciesMeta,
  }
}
