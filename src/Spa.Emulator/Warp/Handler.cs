global using unsafe Handler = delegate*<Spa.Emulator.Warp.WarpState, Spa.Emulator.Warp.Instruction*, uint, void>;
