import { dirname, relative } from 'node:path'
import type { OnResolveArgs, Plugin } from 'esbuild'

/** A replacement for a module of which the functions use only a part, or nothing. */
interface StandIn {
  module: RegExp
  /** Files whose imports get the replacement. The replacement itself gets the real module. */
  importer: RegExp
  /** The replacement's source. Its imports resolve from the real module's folder. */
  contents: string
}

const STAND_INS: readonly StandIn[] = [
  {
    // Lambda passes credentials to a function by environment. The other ways to find some are never used.
    module: /^@aws-sdk\/credential-provider-node$/,
    importer: /[\\/](?:@aws-sdk|src)[\\/]/,
    contents: `
      import { fromEnv } from '@aws-sdk/credential-provider-env'
      export const defaultProvider = () => fromEnv()`,
  },
  {
    // electrodb requires this module for clients of the SDK's version 3. Ours is one of version 2.
    module: /^@aws-sdk\/lib-dynamodb$/,
    importer: /[\\/]electrodb[\\/]/,
    contents: `module.exports = {}`,
  },
  {
    // Imported at run time, so it can't be tree-shaken. None of our calls streams events.
    module: /^@smithy\/core\/event-streams$/,
    importer: /[\\/]@smithy[\\/]/,
    contents: `export {}`,
  },
  {
    // Only for a browser's user agent.
    module: /^bowser$/,
    importer: /[\\/]@aws-sdk[\\/]/,
    contents: `export {}`,
  },
  {
    // `createPresignedPost` uses it to find the bucket, which presign-post.ts already passes. It has 150 KB of schemas.
    module: /^@aws-sdk\/client-s3$/,
    importer: /[\\/]@aws-sdk[\\/]s3-presigned-post[\\/]/,
    contents: `export class PutObjectCommand {}`,
  },
  {
    // It asks the terminal for its colours, by a `require` that an ES module can't resolve.
    module: /^debug$/,
    importer: /[\\/]@tokenizer[\\/]/,
    contents: `module.exports = () => () => {}`,
  },
  {
    // electrodb uses it at load time to check that models are valid and that instances are not models. Our models are
    // constants, and all tests load them with the real module. It takes an eighth of the start time.
    module: /^jsonschema$/,
    importer: /[\\/]electrodb[\\/]/,
    contents: `
      exports.Validator = class { addSchema() {} validate(it) { return { errors: it._instance ? [{}] : [] } } }
      exports.Validator.prototype.customFormats = {}`,
  },
]

const REAL = Symbol('the real module')
/** Prefix of the replacements' namespaces. In these, every import resolves to the real module. */
const NAMESPACE = 'lean-'

/** Leaves out of the bundles what dependencies import and no function ever runs. */
export const leanDependencies: Plugin = {
  name: 'lean-dependencies',
  setup(build) {
    // Resolves as an import even if the module is required, which may be another file. This way each module has one
    // replacement.
    const real = (path: string, { resolveDir, importer }: OnResolveArgs) =>
      build.resolve(path, { kind: 'import-statement', resolveDir, importer, pluginData: REAL })

    const { absWorkingDir = '' } = build.initialOptions
    // Relative to the project, because the name is part of the source map.
    const standIn = (path: string, namespace: string) => ({
      path: relative(absWorkingDir, path),
      namespace,
      pluginData: dirname(path),
    })

    for (const [index, { module, importer, contents }] of STAND_INS.entries()) {
      const namespace = `${NAMESPACE}${index}`
      build.onResolve({ filter: module }, async (args) => {
        const asksReal = args.pluginData === REAL || args.namespace.startsWith(NAMESPACE)
        if (asksReal || !importer.test(args.importer)) return undefined
        const { path, errors } = await real(args.path, args)
        return errors.length > 0 ? { errors } : standIn(path, namespace)
      })
      build.onLoad({ filter: /.*/, namespace }, ({ pluginData }) => ({
        contents,
        resolveDir: pluginData as string,
        loader: 'js',
      }))
    }
  },
}
