using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>
/// What the entry points share, as they have no argument that says whose they are: the devices of all drivers by ordinal, and each thread's context. An ordinal
/// counts all emulated devices of the process; the first driver gets 0.
/// </summary>
internal static class EmulatedMachine
{
    private static readonly Lock s_lock = new();
    private static readonly List<DeviceSlot?> s_devices = [];
    [ThreadStatic]
    private static EmulatedContext? s_current;
    [ThreadStatic]
    private static string? s_message;
    [ThreadStatic]
    private static CUresult s_result;

    /// <summary>Set by cuInit and cleared when no driver is left.</summary>
    public static bool Initialised { get; set; }

    /// <summary>The context of this thread, or null.</summary>
    public static EmulatedContext? Current
    {
        get => s_current;
        set => s_current = value;
    }

    /// <summary>Why the last failed call of this thread failed.</summary>
    public static string? Message
    {
        get => s_message;
        set => s_message = value;
    }

    /// <summary>The result of that call.</summary>
    public static CUresult LastResult
    {
        get => s_result;
        set => s_result = value;
    }

    /// <summary>One more than the largest ordinal in use.</summary>
    public static int DeviceCount
    {
        get
        {
            lock (s_lock) return s_devices.Count;
        }
    }

    public static DeviceSlot? Device(int ordinal)
    {
        lock (s_lock) return ordinal >= 0 && ordinal < s_devices.Count ? s_devices[ordinal] : null;
    }

    /// <summary>Gives devices the lowest ordinals that are free in one piece.</summary>
    public static DeviceSlot[] Add(EmulatedDriver driver, int count)
    {
        lock (s_lock)
        {
            int first = 0;
            for (int i = 0; i < s_devices.Count; i++)
                if (i < first + count && s_devices[i] is not null) first = i + 1;
            while (s_devices.Count < first + count) s_devices.Add(null);
            var slots = new DeviceSlot[count];
            for (int i = 0; i < count; i++) s_devices[first + i] = slots[i] = new DeviceSlot(driver, first + i);
            return slots;
        }
    }

    public static void Remove(DeviceSlot[] slots)
    {
        lock (s_lock)
        {
            foreach (DeviceSlot slot in slots) s_devices[slot.Ordinal] = null;
            while (s_devices.Count > 0 && s_devices[^1] is null) s_devices.RemoveAt(s_devices.Count - 1);
            if (s_devices.Count == 0) Initialised = false;
        }
    }
}
