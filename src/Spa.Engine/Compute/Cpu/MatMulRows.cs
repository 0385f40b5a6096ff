namespace Spa.Engine.Compute.Cpu;

/// <summary>The row counts that a tile can have.</summary>
internal static class MatMulRows
{
    internal readonly struct R1 : IMatMulRows
    {
        public static int Count => 1;
    }

    internal readonly struct R2 : IMatMulRows
    {
        public static int Count => 2;
    }

    internal readonly struct R3 : IMatMulRows
    {
        public static int Count => 3;
    }

    internal readonly struct R4 : IMatMulRows
    {
        public static int Count => 4;
    }

    internal readonly struct R5 : IMatMulRows
    {
        public static int Count => 5;
    }

    internal readonly struct R6 : IMatMulRows
    {
        public static int Count => 6;
    }

    internal readonly struct R7 : IMatMulRows
    {
        public static int Count => 7;
    }

    internal readonly struct R8 : IMatMulRows
    {
        public static int Count => 8;
    }

    internal readonly struct R9 : IMatMulRows
    {
        public static int Count => 9;
    }

    internal readonly struct R10 : IMatMulRows
    {
        public static int Count => 10;
    }

    internal readonly struct R11 : IMatMulRows
    {
        public static int Count => 11;
    }

    internal readonly struct R12 : IMatMulRows
    {
        public static int Count => 12;
    }

    internal readonly struct R13 : IMatMulRows
    {
        public static int Count => 13;
    }

    internal readonly struct R14 : IMatMulRows
    {
        public static int Count => 14;
    }
}
