interface Key {
  isComposing: boolean
  keyCode: number
}

/** Whether a key belongs to an input method, such as the Enter that accepts a word. Safari only sets `keyCode`. */
export const isComposing = ({ isComposing, keyCode }: Key): boolean => isComposing || keyCode === 229
