namespace Spa.Emulator.Warp.Ops;

internal readonly struct On : IFlag
{
    static bool IFlag.On => true;
}
