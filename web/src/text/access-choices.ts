/** The kinds of access that a user may choose, the safest first. */
export const accessChoices = ['private', 'link', 'public'] as const
