namespace Spa.Emulator.Checks;

internal static class DeviceFaultKinds
{
    /// <summary>The kind in words, with a colon, for a message that does not say it itself.</summary>
    public static string Words(DeviceFaultKind kind) => kind switch
    {
        DeviceFaultKind.OutOfBounds => "out of bounds: ",
        DeviceFaultKind.UseAfterFree => "use after free: ",
        DeviceFaultKind.Misaligned => "misaligned: ",
        DeviceFaultKind.Uninitialised => "uninitialised: ",
        DeviceFaultKind.InFlight => "too early: ",
        DeviceFaultKind.WriteToConstant => "constant data: ",
        _ => "",
    };
}
