interface Key {
  isComposing: boolean
  keyCode: number
}

/** Whether a key belongs to an input method, such as the Enter that accepts a proposal. Safari says it by `keyCode`. */
export const isComposing = ({ isComposing, keyCode }: Key): boolean => isComposing || keyCode === 229
