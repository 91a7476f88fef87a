/** All corruptions, in the order of tables and figures. */
import { defocusBlur, gaussianBlur, motionBlur, zoomBlur } from './blur.ts';
import type { Corruption } from './corruption.ts';
import { contrast, elastic, jpeg, pixelate, saturation } from './digital.ts';
import { gaussianNoise, impulseNoise, shotNoise, speckleNoise } from './noise.ts';
import { brightness, fog, rain, snow } from './weather.ts';

export const CORRUPTIONS: readonly Corruption[] = [
  { kind: 'gaussian_noise', label: 'Gaussian noise', family: 'noise', corrupt: gaussianNoise },
  { kind: 'shot_noise', label: 'Shot noise (too little light)', family: 'noise', corrupt: shotNoise },
  { kind: 'impulse_noise', label: 'Stray bright and dark dots', family: 'noise', corrupt: impulseNoise },
  { kind: 'speckle_noise', label: 'Speckle noise', family: 'noise', corrupt: speckleNoise },
  { kind: 'defocus_blur', label: 'Out of focus', family: 'blur', corrupt: defocusBlur },
  { kind: 'gaussian_blur', label: 'Gaussian blur', family: 'blur', corrupt: gaussianBlur },
  { kind: 'motion_blur', label: 'Motion blur', family: 'blur', corrupt: motionBlur },
  { kind: 'zoom_blur', label: 'Zoom blur', family: 'blur', corrupt: zoomBlur },
  { kind: 'fog', label: 'Like fog', family: 'weather', corrupt: fog },
  { kind: 'snow', label: 'Like snow', family: 'weather', corrupt: snow },
  { kind: 'rain', label: 'Like rain', family: 'weather', corrupt: rain },
  { kind: 'brightness', label: 'Too bright', family: 'weather', corrupt: brightness },
  { kind: 'contrast', label: 'Low contrast', family: 'digital', corrupt: contrast },
  { kind: 'saturation', label: 'Faded colours', family: 'digital', corrupt: saturation },
  { kind: 'pixelate', label: 'Coarse pixels', family: 'digital', corrupt: pixelate },
  { kind: 'jpeg', label: 'Strong JPEG compression', family: 'digital', corrupt: jpeg },
  { kind: 'elastic', label: 'Warped', family: 'digital', corrupt: elastic },
];
