/**
 * Switches off the AWS SDK's notice that it will stop supporting Node 20. It is for users of the SDK; Lambda runs a
 * newer Node, and developers may use 20. Importing this file does it for the process; a child process with an
 * environment of its own, or a worker, gets this.
 */
export const QUIET_SDK = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' } as const

Object.assign(process.env, QUIET_SDK)
