using System.Numerics;

namespace Spa.Emulator.Warp;

/// <summary>mov in its forms.</summary>
internal static unsafe class MoveHandlers
{
    public static void Copy<T>(WarpState w, Instruction* i, uint mask) where T : unmanaged => Lanes.Copy((T*)(w.Registers + i->A), (T*)(w.Registers + i->D), mask);

    public static void ReadClock<T>(WarpState w, Instruction* i, uint mask) where T : unmanaged, IBinaryInteger<T> =>
        Lanes.Broadcast(T.CreateTruncating(Specials.ReadClock(w.Launch, i->Count)), (T*)(w.Registers + i->D), mask);

    /// <summary>The first part goes to the lowest bits.</summary>
    public static void Pack<TPart, T>(WarpState w, Instruction* i, uint mask) where TPart : unmanaged, IBinaryInteger<TPart> where T : unmanaged, IBinaryInteger<T>
    {
        T* d = (T*)(w.Registers + i->D);
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T value = T.Zero;
            for (int n = i->Count - 1; n >= 0; n--) value = value << 8 * sizeof(TPart) | T.CreateTruncating(((TPart*)(w.Registers + i->List[n]))[lane]);
            d[lane] = value;
        }
    }

    public static void Unpack<TPart, T>(WarpState w, Instruction* i, uint mask) where TPart : unmanaged, IBinaryInteger<TPart> where T : unmanaged, IBinaryInteger<T>
    {
        T* a = (T*)(w.Registers + i->A);
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T value = a[lane];
            for (int n = 0; n < i->Count; n++, value >>= 8 * sizeof(TPart))
                if (i->List[n] >= 0) ((TPart*)(w.Registers + i->List[n]))[lane] = TPart.CreateTruncating(value);
        }
    }

    /// <summary>Parts of 8 bits lie in registers of 16.</summary>
    public static void PackBytes<T>(WarpState w, Instruction* i, uint mask) where T : unmanaged, IBinaryInteger<T>
    {
        T* d = (T*)(w.Registers + i->D);
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T value = T.Zero;
            for (int n = i->Count - 1; n >= 0; n--) value = value << 8 | T.CreateTruncating((byte)((ushort*)(w.Registers + i->List[n]))[lane]);
            d[lane] = value;
        }
    }

    public static void UnpackBytes<T>(WarpState w, Instruction* i, uint mask) where T : unmanaged, IBinaryInteger<T>
    {
        T* a = (T*)(w.Registers + i->A);
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T value = a[lane];
            for (int n = 0; n < i->Count; n++, value >>= 8)
                if (i->List[n] >= 0) ((ushort*)(w.Registers + i->List[n]))[lane] = byte.CreateTruncating(value);
        }
    }
}
