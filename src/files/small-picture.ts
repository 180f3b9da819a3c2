/**
 * The longest sides of a picture made small, px: for the conversation, where it has 320 px and most screens two or
 * three of their own for each, and for the whole screen.
 */
export const EDGES = [640, 1280] as const

/** Its media type, whatever the picture's. */
export const SMALL_TYPE = 'image/webp'

/**
 * Key or S3 URI of a picture made small. It begins with that of its original, so that whatever deletes the one deletes
 * the other: see `isOfFile`.
 */
export const smallOf = (original: string, edge: number): string => `${original}/${edge}.webp`

/** Whether a key is that of a file, or of what was made of it. */
export const isOfFile = (key: string, objectKey: string): boolean => isMadeOf(key, objectKey) || key === objectKey

export const isMadeOf = (key: string, objectKey: string): boolean => key.startsWith(`${objectKey}/`)
