/**
 * Runs a command of the terminal with the words that follow its name.
 *
 * @param command returns the exit status; 2 when it throws, whose message is printed
 */
export async function runCommand(command: (words: string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  }
}
