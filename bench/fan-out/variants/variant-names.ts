/** The variants that are compared, in the order of the report. */
export const VARIANTS = ['tabletalk', 'scan', 'scanOwn', 'members', 'unsigned', 'broadcast'] as const
export type VariantName = (typeof VARIANTS)[number]

/** The variants that are Lambda functions, in a process of their own. The gateway does the broadcast itself. */
export type FunctionVariant = Exclude<VariantName, 'broadcast'>
