namespace Spa.Emulator.Warp.Ops;

internal readonly struct Off : IFlag
{
    public static bool On => false;
}
