/**
 * `npm start`. Checks the version of Node first: an older Node fails at an import, with a message that doesn't mention
 * the version.
 */
const NEEDED = [20, 19] as const

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(
    `unable to start; this is Node ${process.versions.node}, and ${NEEDED.join('.')} or newer is needed: run ` +
      '`nvm install 20`, or get one from https://nodejs.org/',
  )
  process.exitCode = 1
} else {
  await import('./npm-start.ts')
}

export {}
