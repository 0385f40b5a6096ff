using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Spa.Emulator.Driver;

/// <summary>Handles of all emulated drivers of the process. A handle is never used again, so that a call on a destroyed object is noticed.</summary>
internal static class HandleTable
{
    /// <summary>Far from any address of the host, and no small number, which the driver's API gives a meaning of its own.</summary>
    private const long First = 0x5A00_0000_0000;

    private static readonly ConcurrentDictionary<nint, object> s_objects = new();
    private static long s_last = First;

    public static nint Add(object target)
    {
        nint handle = (nint)Interlocked.Add(ref s_last, 16);
        s_objects[handle] = target;
        return handle;
    }

    public static void Remove(nint handle) => s_objects.TryRemove(handle, out _);

    public static bool TryGet<T>(nint handle, [NotNullWhen(true)] out T? target)
        where T : class
    {
        target = s_objects.TryGetValue(handle, out object? found) ? found as T : null;
        return target is not null;
    }

    /// <summary>Why <see cref="TryGet"/> found nothing.</summary>
    public static string Describe(nint handle, string expected) => s_objects.TryGetValue(handle, out object? found)
        ? $"expected a handle of kind {expected}, found {(found as EmulatedObject)?.Kind ?? found.GetType().Name}"
        : handle > First && handle <= s_last ? $"the {expected} 0x{handle:x} was destroyed" : $"0x{handle:x} is no handle of a {expected}";
}
