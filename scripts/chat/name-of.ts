/**
 * Returns a name that others have chosen, in brackets. Without them a name could go on as if it were the program's own
 * words (`bob left`), and with brackets in it, it could seem to end.
 */
export const nameOf = (name: string): string => `<${name.replaceAll(/[<>]/g, '\ufffd')}>`
