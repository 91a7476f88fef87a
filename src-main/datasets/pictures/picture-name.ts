/** What the name of a file says, for whoever only looks at names: nothing here needs what decodes pictures. */

const PICTURE_EXTENSION = /\.(jpe?g|jpe|jfif|png|webp|avif|gif|tiff?|bmp|dib|hei[cf]|dcm)$/i;

export const hasPictureExtension = (path: string): boolean => PICTURE_EXTENSION.test(path);
