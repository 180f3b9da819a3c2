import { dirname, relative } from 'node:path'
import type { OnResolveArgs, Plugin } from 'esbuild'

/** What takes a module's place where only a part of it, or nothing, is ever used. */
interface StandIn {
  module: RegExp
  /** Who gets the stand-in; it gets the real module itself. */
  importer: RegExp
  /** Its imports resolve from the real module's folder. */
  contents: string
}

const STAND_INS: readonly StandIn[] = [
  {
    // Lambda gives a function its credentials by environment; the other ways to find some are never taken.
    module: /^@aws-sdk\/credential-provider-node$/,
    importer: /[\\/](?:@aws-sdk|src)[\\/]/,
    contents: `
      import { fromEnv } from '@aws-sdk/credential-provider-env'
      export const defaultProvider = () => fromEnv()`,
  },
  {
    // electrodb takes this one by `require`, for clients of the SDK's version 3. It is given one of version 2.
    module: /^@aws-sdk\/lib-dynamodb$/,
    importer: /[\\/]electrodb[\\/]/,
    contents: `module.exports = {}`,
  },
  {
    // Imported at run time, so nothing can be shaken off it; no call of ours streams events.
    module: /^@smithy\/core\/event-streams$/,
    importer: /[\\/]@smithy[\\/]/,
    contents: `export {}`,
  },
  {
    // A browser's user agent.
    module: /^bowser$/,
    importer: /[\\/]@aws-sdk[\\/]/,
    contents: `export {}`,
  },
  {
    // Asked by `createPresignedPost` how to find the bucket, which presign-post.ts tells it: 150 KB of schemas
    // otherwise.
    module: /^@aws-sdk\/client-s3$/,
    importer: /[\\/]@aws-sdk[\\/]s3-presigned-post[\\/]/,
    contents: `export class PutObjectCommand {}`,
  },
  {
    // It asks the terminal for its colours, by a `require` that an ES module can't answer.
    module: /^debug$/,
    importer: /[\\/]@tokenizer[\\/]/,
    contents: `module.exports = () => () => {}`,
  },
  {
    // electrodb checks with it, as it loads them, whether models are good and instances no models. Ours are constants,
    // and every other test loads them with the real one; at a start it takes an eighth of the time.
    module: /^jsonschema$/,
    importer: /[\\/]electrodb[\\/]/,
    contents: `
      exports.Validator = class { addSchema() {} validate(it) { return { errors: it._instance ? [{}] : [] } } }
      exports.Validator.prototype.customFormats = {}`,
  },
]

const REAL = Symbol('the real module')
/** Of the stand-ins, which are all given what they ask for. */
const NAMESPACE = 'lean-'

/** Leaves out of the bundles what dependencies import and no function ever runs. */
export const leanDependencies: Plugin = {
  name: 'lean-dependencies',
  setup(build) {
    // As imported even where it is required, which may be another file: one module, one stand-in.
    const real = (path: string, { resolveDir, importer }: OnResolveArgs) =>
      build.resolve(path, { kind: 'import-statement', resolveDir, importer, pluginData: REAL })

    const { absWorkingDir = '' } = build.initialOptions
    // Named as in the project, for the name goes into the source map.
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
