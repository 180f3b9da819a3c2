/**
 * Runs a command of the terminal with the words that follow its name.
 *
 * @param command returns the exit status; if it throws, the message is printed and the status is 2
 */
export async function runCommand(command: (words: string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  }
}
