using System.Numerics;
using System.Text;
using Spa.Emulator.Checks;
using Spa.Emulator.Memory;

namespace Spa.Emulator.Warp;

/// <summary>What a kernel asks of the system: printf, assertions, traps.</summary>
internal static unsafe class SystemHandlers
{
    private const int MaxText = 4096;

    public static void Trap(WarpState w, Instruction* i, uint mask) => throw w.Fault(DeviceFaultKind.Trap, BitOperations.TrailingZeroCount(mask), "trap");

    /// <summary>__assertfail(message, file, line, function, size of a character).</summary>
    public static void AssertFail(WarpState w, Instruction* i, uint mask)
    {
        int lane = BitOperations.TrailingZeroCount(mask);
        byte* local = w.LocalOf(lane);
        string message = Text(w, *(ulong*)(local + i->List[0])), file = Text(w, *(ulong*)(local + i->List[1]));
        throw w.Fault(DeviceFaultKind.Trap, lane, $"assertion `{message}` failed at {file}:{*(uint*)(local + i->List[2])}");
    }

    /// <summary>vprintf(format, arguments): conversions of C, arguments aligned to their size.</summary>
    public static void Print(WarpState w, Instruction* i, uint mask)
    {
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            byte* local = w.LocalOf(lane);
            string format = Text(w, *(ulong*)(local + i->List[0]));
            ulong arguments = *(ulong*)(local + i->List[1]);
            if (i->Count > 2) *(int*)(local + i->List[2]) = format.Count(c => c == '%');
            if (w.Launch.Options.Output is not { } output) continue;
            ulong at = Windows.SpaceOf(arguments) == MemorySpace.Local ? arguments - Windows.Local : 0;
            output.Write(PrintfFormat.Apply(format, bytes =>
            {
                at = (at + (ulong)bytes - 1) & ~(ulong)(bytes - 1);
                ulong value = at + (ulong)bytes > (ulong)w.Program.LocalBytes ? 0 : bytes == 8 ? *(ulong*)(w.LocalOf(lane) + at) : *(uint*)(w.LocalOf(lane) + at);
                at += (ulong)bytes;
                return value;
            }, address => Text(w, address)));
        }
    }

    private static string Text(WarpState w, ulong address)
    {
        StringBuilder text = new();
        while (text.Length < MaxText && w.Launch.Memory.Find(address) is { } region)
        {
            byte c = region.Data[address++ - region.Address];
            if (c == 0) break;
            text.Append((char)c);
        }
        return text.ToString();
    }
}
