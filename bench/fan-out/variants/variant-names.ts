/** The variants that are compared, in the order of the report. */
export const VARIANTS = ['tabletalk', 'scan', 'scanOwn', 'members', 'unsigned', 'broadcast'] as const
export type VariantName = (typeof VARIANTS)[number]

/** Variants that are Lambda functions, in a process of their own; the broadcast is the gateway's own work. */
export type FunctionVariant = Exclude<VariantName, 'broadcast'>
