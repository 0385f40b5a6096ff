using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp.Ops;

internal interface IVectorBinary<T>
{
    static abstract Vector512<T> Apply(Vector512<T> a, Vector512<T> b);
}
