using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp.Ops;

/// <summary>A comparison: all ones where it holds.</summary>
internal interface IVectorCompare<T>
{
    static abstract Vector512<T> Apply(Vector512<T> a, Vector512<T> b);
}
